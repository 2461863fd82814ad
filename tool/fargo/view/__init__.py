"""Model → Rich renderable, plain lines, JSON. Pure: nothing here prints, asks or waits."""
