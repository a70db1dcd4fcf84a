"""A live run: proxy, device, flows, and the summary of what the run could not see."""
