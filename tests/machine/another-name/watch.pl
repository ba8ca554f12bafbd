#!/usr/bin/perl
# Looks for files over and over until it is asked to end, and fails if one is missing once.  usage: watch.pl FILE...
use strict;
use warnings;

my ($ended, $looks) = (0, 0);
$SIG{TERM} = sub { $ended = 1 };
until ($ended) {
  -s $_ or die "$_ was missing: $!\n" for @ARGV;
  $looks++;
}
print "$looks\n";
