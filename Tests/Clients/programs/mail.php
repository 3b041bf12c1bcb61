<?php
// mail.php FROM [FIFTH ARGUMENT]: PHP's own mail(); without FROM, no such header.
[, $from, $fifth] = $argv + [2 => ''];
$headers = $from === '' ? '' : "From: Shop <$from>";
var_dump(mail('r@x.example', 'Order', "Thank you.\n.\nEnd\n", $headers, $fifth));
