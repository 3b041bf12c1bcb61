# One field body a line, in hexadecimal; answers with its addresses, in hexadecimal, divided by commas.
use strict;
use warnings;
use Email::Address::XS;

$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my @addresses = Email::Address::XS->parse(pack('H*', $line));
    print join(',', map { unpack('H*', $_->user() . '@' . $_->host()) }
          grep { defined $_->user() && defined $_->host() } @addresses), "\n";
}
