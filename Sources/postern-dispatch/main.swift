import LinuxSystem

// Comes back only where no mail program could be run.
exitProcess(Dispatch.run())
