import sys
from pathlib import Path

# pytest's importlib mode does not find modules beside the tests.
sys.path.insert(0, str(Path(__file__).parent / "support"))
