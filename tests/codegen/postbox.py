"""A small service of our own making, with its overlay: what the generator's tests run on."""

from copy import deepcopy
from typing import Any

from codegen.interpret import interpret
from codegen.ir import Api, Argument, Import, Service
from codegen.load import Model
from codegen.overlay import Overlay
from codegen.prose import Entry
from codegen.runtime import Constructor, Runtime

DESCRIPTION: dict[str, Any] = {
    "metadata": {"serviceFullName": "Postbox"},
    "operations": {
        "DescribeLetter": {
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "DescribeLetterRequest"},
            "output": {"shape": "DescribeLetterResponse"},
            "errors": [{"shape": "LetterLost"}, {"shape": "BoxClosed"}],
        },
        "ListLetters": {
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "ListLettersRequest"},
            "output": {"shape": "ListLettersResponse"},
        },
        "SendLetter": {
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "SendLetterRequest"},
            "output": {"shape": "SendLetterResponse"},
            "errors": [{"shape": "BoxClosed"}],
        },
    },
    "shapes": {
        "BoxClosed": {"type": "structure", "members": {}, "exception": True},
        "LetterLost": {
            "type": "structure",
            "members": {},
            "exception": True,
            "error": {"httpStatusCode": 404},
        },
        "BoxId": {"type": "string", "min": 3, "max": 3, "pattern": r"^b-\d$"},
        "Count": {"type": "integer", "min": 1, "max": 100},
        "Secret": {"type": "string", "max": 9, "sensitive": True},
        "Token": {"type": "string"},
        "Time": {"type": "timestamp"},
        "LetterState": {"type": "string", "enum": ["SENT", "READ"]},
        "Stamp": {
            "type": "structure",
            "required": ["Price"],
            "members": {"Price": {"shape": "Count"}, "Kinds": {"shape": "LetterStates"}},
        },
        "Letter": {
            "type": "structure",
            "members": {
                "State": {"shape": "LetterState"},
                "SentAt": {"shape": "Time"},
                "Stamps": {"shape": "Stamps"},
            },
        },
        "Letters": {"type": "list", "member": {"shape": "Letter"}},
        "LetterStates": {"type": "list", "member": {"shape": "LetterState"}, "max": 2},
        "Stamps": {"type": "list", "member": {"shape": "Stamp"}, "min": 1, "max": 4},
        "DescribeLetterRequest": {
            "type": "structure",
            "required": ["BoxId"],
            "members": {"Password": {"shape": "Secret"}, "BoxId": {"shape": "BoxId"}},
        },
        "DescribeLetterResponse": {
            "type": "structure",
            "members": {"State": {"shape": "LetterState"}, "SentAt": {"shape": "Time"}},
        },
        "ListLettersRequest": {
            "type": "structure",
            "members": {"NextToken": {"shape": "Token"}, "MaxResults": {"shape": "Count"}},
        },
        "ListLettersResponse": {
            "type": "structure",
            "members": {"Letters": {"shape": "Letters"}, "NextToken": {"shape": "Token"}},
        },
        "SendLetterRequest": {
            "type": "structure",
            "required": ["ClientToken", "BoxId"],
            "members": {
                "ClientToken": {"shape": "Token", "idempotencyToken": True},
                "BoxId": {"shape": "BoxId"},
                "Stamps": {"shape": "Stamps"},
            },
        },
        "SendLetterResponse": {"type": "structure", "members": {}},
    },
}

PAGINATORS: dict[str, Any] = {
    "ListLetters": {
        "input_token": "NextToken",
        "output_token": "NextToken",
        "limit_key": "MaxResults",
        "result_key": "Letters",
    }
}

OVERLAY: dict[str, Any] = {
    "services": {
        "postbox": {
            "version": "2001-01-01",
            "client": "PostboxClient",
            "summary": "A client.",
            "text": "It posts.",
            "example": "client = PostboxClient()",
            "regions": ["here"],
            "page": "https://example.com/{name}.html",
            "reason": "For the tests.",
        }
    },
    "areas": {
        "letters": {"title": "Letters", "summary": "read and list them"},
        "post": {"title": "Post", "summary": "send letters"},
    },
    "operations": {
        "DescribeLetter": {"area": "letters", "summary": "Read a letter."},
        "ListLetters": {"area": "letters", "summary": "List letters."},
        "SendLetter": {
            "area": "post",
            "summary": "Send a letter.",
            "notes": "Needs a BoxId; DescribeLetter shows its State. LetterLost is possible.",
        },
    },
    "structures": {
        "Letter": {"summary": "A letter."},
        "Stamp": {"summary": "A stamp."},
    },
    "members": {
        "members": {
            "BoxId": "The id of the box.",
            "ClientToken": "The token.",
            "Kinds": "What it is for.",
            "Letters": "The letters.",
            "MaxResults": "How many.",
            "NextToken": "Where to go on.",
            "Password": "The password.",
            "Price": "The price.",
            "SentAt": "When it was sent.",
            "Stamps": "The stamps.",
            "State": "The state.",
        },
        "Letter": {"State": "How far the letter has come."},
    },
    "enums": {
        "LetterState": {
            "summary": "How far it is.",
            "values": {"SENT": "On its way.", "READ": "It was read."},
        }
    },
    "errors": {
        "BoxClosed": {"summary": "The box is closed.", "advice": "Open it.", "retryable": True},
        "LetterLost": {"summary": "The letter is lost.", "advice": "Look.", "status": 404},
    },
    "waiters": {
        "letter_read": {
            "operation": "DescribeLetter",
            "summary": "Wait until the letter is read.",
            "state": "State",
            "success": ["READ"],
            "retry_errors": ["LetterLost"],
            "timeout": 60,
            "min_delay": 1,
            "max_delay": 5,
            "reason": "Reading takes time.",
        }
    },
}


class Postbox:
    """The service and its overlay, to be changed by a test before it is interpreted."""

    def __init__(self) -> None:
        self.description = deepcopy(DESCRIPTION)
        self.paginators = deepcopy(PAGINATORS)
        self.overlay = deepcopy(OVERLAY)
        self.runtime = Runtime(
            ("WorkMailError",),
            Constructor(
                (Argument("region", "Region | None", "None"),),
                (Entry("region", "The Region."),),
                (Import("workmail_async.runtime.regions", ("Region",)),),
            ),
        )

    @property
    def shapes(self) -> dict[str, Any]:
        """The shapes of the model."""
        shapes: dict[str, Any] = self.description["shapes"]
        return shapes

    @property
    def operations(self) -> dict[str, Any]:
        """The operations of the model."""
        operations: dict[str, Any] = self.description["operations"]
        return operations

    def model(self) -> Model:
        """The model as it would be loaded."""
        return Model("postbox", "2001-01-01", self.description, self.paginators)

    def api(self) -> Api:
        """All that is generated."""
        return interpret([self.model()], Overlay(self.overlay), self.runtime)

    def service(self) -> Service:
        """The one service that is generated."""
        (service,) = self.api().services
        return service
