import sys
from pathlib import Path

# Modules that write files for tests in several rooms; pytest's importlib mode does not find them.
sys.path.insert(0, str(Path(__file__).parent / "support"))
