internal import LinuxSystem

exitProcess(Tool.run(ProcessArguments.bytes()))
