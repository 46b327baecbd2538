"""Understanding what a debtor answers: sentences, dates, amounts, and the words that mean something."""
