// What any such program in Swift costs at the least: linked like postern-sendmail, it does nothing and becomes sendmail(1).
import Glibc

@main
enum Exec {
  static func main() {
    execv("/usr/sbin/sendmail", CommandLine.unsafeArgv)
    _exit(71)
  }
}
