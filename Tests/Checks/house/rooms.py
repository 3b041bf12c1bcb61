"""The rooms of each module, from the top floor down: the one place with their order."""

#: A room may use itself and what stands after it. A file that is named here is a floor of its own;
#: "." stands for the other files in the module's own directory. What exists and is not listed is an
#: error, as is what is listed and does not exist.
ROOMS: dict[str, list[str]] = {
    "InternetMessage": ["Recipients", "Header", "Addresses", "Names", "."],
    "Policy": ["Judging", "SendersDB", "Senders", "Settings", "Addresses", "Quota", ".", "Lines",
               "Bytes"],
    "Ledger": [".", "Shared", "LedgerError.swift"],
    "Submission": ["Submission.swift", "SMTP", ".", "Log", "Message", "Handoff", "Site", "Intake",
                   "Report", "Refusal", "CommandLine", "Bytes"],
    "postern": ["main.swift", "Tool.swift", "Internals.swift", "Doctor", "Explain", "Learn",
                "Metrics", "Report", "Settings", "Map", "Log", "Quota", "Journal", "Suspension",
                "Fleet", "Machine", "CommandLine"],
}
