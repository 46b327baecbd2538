"""The door of the credit team: pages, forms and fragments."""
