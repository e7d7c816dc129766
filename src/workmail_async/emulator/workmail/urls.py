"""Where WorkMail answers: every operation is a POST to the root of its host."""

from .responses import answer

url_bases = [r"https?://workmail\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": answer}
