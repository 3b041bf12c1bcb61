import LinuxSystem
import Submission

// exit(3) would run what the real work no longer needs.
exitProcess(SMTPDoor.run())
