"""预授权: amounts held on a card for a bill, behind the interface of an acquirer."""
