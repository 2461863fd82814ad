"""1,797 handwritten digits that come with scikit-learn, 8 by 8 pixels: some to learn from, some unseen."""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

UNSEEN = 0.4


def split():
    """Pixels and digits to learn from, and pixels and digits that the model has not seen; always the same."""
    pixels, digits = load_digits(return_X_y=True)
    known, unseen, known_digits, unseen_digits = train_test_split(
        pixels, digits, test_size=UNSEEN, random_state=0, stratify=digits
    )
    return (known, known_digits), (unseen, unseen_digits)
