"""Train a classifier of handwritten digits, and leave it as `out/model.joblib`."""

import sys
from pathlib import Path

import joblib
from digits import split
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def main():
    """Train, and say what cross-validation expects of digits that were not seen."""
    (pixels, digits), _ = split()
    model = make_pipeline(StandardScaler(), SVC(C=10, gamma=0.01))
    scores = cross_val_score(model, pixels, digits, cv=5)
    model.fit(pixels, digits)
    Path("out").mkdir(exist_ok=True)
    joblib.dump(model, "out/model.joblib")
    print(
        f"learnt from {len(digits)} digits; expects {scores.mean():.3f} ± {scores.std():.3f} right of others"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
