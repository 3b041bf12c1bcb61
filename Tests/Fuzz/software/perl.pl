#!/usr/bin/perl
# For each line of JSON {"name", "address"} what MIME::Lite and Email::Stuffer hand to sendmail -t, as php.php does.
use strict;
use warnings;
use Email::Stuffer;
use Encode qw(decode encode);
use JSON::PP;
use MIME::Base64;
use MIME::Lite;

$| = 1;
while (my $line = <STDIN>) {
    my ($name, $address) = @{decode_json($line)}{qw(name address)};
    my %messages;
    for my $form ('MIME-Header', 'MIME-Q') {
        my $from = encode($form, $name) . " <$address>";
        my $mail = MIME::Lite->new(From => $from, To => 'r@x.example', Subject => 'Order', Data => "Thank you.\n");
        $messages{"MIME::Lite, $form"} = encode_base64($mail->as_string, '');
    }
    my $quoted = $name =~ s/(["\\])/\\$1/gr;
    my $stuffed = Email::Stuffer->from(qq("$quoted" <$address>))->to('r@x.example')->subject('Order')->text_body("Thank you.\n");
    $messages{'Email::Stuffer'} = encode_base64($stuffed->as_string, '');
    print encode_json(\%messages), "\n";
}
