"""The monitor's screens, one a file; `fargo.monitor.app` opens them by name."""
