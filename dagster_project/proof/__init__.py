"""Proof of a figure: from the value in a release back to what its suppliers sent, and from there to the value again.

Belongs here: what a release keeps to be proven by, reading payloads again, the warehouse made of them, and the chain.
Does not: judging deliveries (audit), checksums of all there is (verify).
"""
