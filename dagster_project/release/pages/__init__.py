"""The pages of a release, in Dutch, for people: templates, and what they need of the reports they show.

They share their frame and style with the pages of the audit (``expectations/pages``), and load nothing from anywhere.
"""
