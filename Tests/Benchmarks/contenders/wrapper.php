<?php
// Postern's job as an administrator would do it in an afternoon: an executable for sendmail_path that checks From: and
// an hourly quota in SQLite, and then becomes sendmail(1). Written for the comparison alone. It can be fooled in many
// ways (folded and repeated fields, the sender of -f, a site that edits the database); it is here for what it costs.
//
// usage: php wrapper.php DATABASE ALLOWED-ADDRESS LIMIT [SENDMAIL-ARGUMENT…] < MESSAGE

[, $database, $allowed, $limit] = $argv;
$message = stream_get_contents(STDIN);
[$header] = preg_split('/\r?\n\r?\n/', $message, 2);

if (!preg_match('/^From:(.*)$/mi', $header, $from) || !str_contains($from[1], $allowed)) {
    fwrite(STDERR, "From: is not $allowed\n");
    exit(77);
}

$quota = new SQLite3($database);
$quota->busyTimeout(5000);
$quota->exec('PRAGMA journal_mode = WAL');
$quota->exec('PRAGMA synchronous = NORMAL');
$quota->exec('CREATE TABLE IF NOT EXISTS sent (uid INTEGER, time INTEGER)');
$quota->exec('CREATE INDEX IF NOT EXISTS sent_by ON sent (uid, time)');
$uid = posix_getuid();
$quota->exec('BEGIN IMMEDIATE');
$quota->exec("DELETE FROM sent WHERE uid = $uid AND time <= " . (time() - 3600));
if ($quota->querySingle("SELECT count(*) FROM sent WHERE uid = $uid") >= $limit) {
    fwrite(STDERR, "quota reached\n");
    exit(69);
}
$quota->exec("INSERT INTO sent VALUES ($uid, " . time() . ')');
$quota->exec('COMMIT');

$words = array_merge(['/usr/sbin/sendmail'], array_slice($argv, 4));
$sendmail = proc_open($words, [['pipe', 'r'], STDOUT, STDERR], $pipes);
fwrite($pipes[0], $message);
fclose($pipes[0]);
exit(proc_close($sendmail));
