"""The invariants, judged by what is in the queues and not by what anybody says."""

from .fleet import PERCENT, SERVERS, TIMEOUT

#: In steps, of one second in the lab.
WINDOW = 60


def most_in_a_window(moments):
    """The most that were surely granted within 60 seconds; a moment is the earliest and the latest that it can have been."""
    starts = sorted(moments)
    most = 0
    for index, (first, _) in enumerate(starts):
        within = 0
        for start, end in starts[index:]:
            if start > first + WINDOW:
                break
            within += end <= first + WINDOW
        most = max(most, within)
    return most


class Verdict:
    """One fault in one mode."""

    def __init__(self, fault, mode, limit, attempts, queue, counts, end):
        self.fault, self.mode, self.limit = fault, mode, limit
        self.attempts = {attempt["name"]: attempt for attempt in attempts}
        self.queue = dict(queue)
        self.counts, self.end = counts, end
        moments = []
        for name, moment in self.queue.items():
            attempt = self.attempts.get(name)
            moments.append((attempt["start"], min(attempt["end"], moment) if attempt["status"] == 0 else moment)
                           if attempt else (moment, moment))
        self.most = most_in_a_window(moments)
        self.longest = max(attempt["end"] - attempt["start"] for attempt in attempts)
        self.refused = sum(attempt["reason"] == "store-unavailable" for attempt in attempts)
        self.killed = sum(attempt["status"] < 0 for attempt in attempts)

    @property
    def bound(self):
        """What must not be passed; None = the design says what may happen and promises nothing."""
        if self.mode == "local":
            return self.limit + SERVERS * (self.limit * PERCENT // 100)
        return self.limit if self.fault.is_exact else None

    def complaints(self):
        """What does not hold."""
        found = []
        if self.bound is not None and self.most > self.bound:
            found.append(f"{self.most} in {WINDOW} steps, {self.bound} at most")
        used, total = self.counts
        if not len(self.queue) <= total <= len(self.queue) + self.killed:
            found.append(f"the server has counted {total}, the queues hold {len(self.queue)}, {self.killed} were killed")
        if self.longest > 2 * TIMEOUT:
            found.append(f"somebody has waited {self.longest:.2f} s")
        return found + self._complaints_about_replies()

    def _complaints_about_replies(self):
        found = []
        permitted = {(0, "")}
        refused = {(69, "quota-messages")} | ({(71, "store-unavailable")} if self.mode == "reject" else set())
        for attempt in self.attempts.values():
            outcome, is_queued = (attempt["status"], attempt["reason"]), attempt["name"] in self.queue
            if attempt["status"] < 0:
                continue
            wanted = {(77, "from-not-allowed")} if attempt["forged"] else permitted | refused
            if outcome not in wanted or is_queued != (outcome in permitted):
                found.append(f"{attempt['name']}: {outcome}, {'queued' if is_queued else 'not queued'}")
        if any(attempt["forged"] and attempt["name"] in self.queue for attempt in self.attempts.values()):
            found.append("a forged sender has passed")
        if not any(attempt["forged"] for attempt in self.attempts.values()):
            found.append("nobody has tried to forge")
        return found[:5]
