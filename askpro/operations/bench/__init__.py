"""The benchmark: ratios against floors in the same run, because a shared machine keeps ratios and not milliseconds."""
