#!/usr/bin/perl
# Reads what overlays show, over and over until it is asked to end: a directory, a directory behind a symbolic link, a
# file. Every look must give one version, whole: the page of a directory, its marker file and the single file each name
# theirs. Prints how many looks there were and how many versions they saw.  usage: read.pl DIRECTORY LINK FILE
use strict;
use warnings;

my ($directory, $link, $file) = @ARGV;
my ($ended, $looks, %seen) = (0, 0);
$SIG{TERM} = sub { $ended = 1 };

# All lines of a page are its version.
sub version_of {
  my ($path, $where) = @_;
  open(my $page, '<', $path) or die "$where: cannot open: $!\n";
  my $content = do { local $/; <$page> };
  my ($first) = $content =~ /^(\d+)\n/ or die "$where: shows '" . substr($content, 0, 40) . "'\n";
  $content eq "$first\n" x 2000 or die "$where: torn\n";
  return $first;
}

sub look_into {
  my ($where) = @_;
  chdir $where or die "$where: cannot enter: $!\n";
  my $version = version_of('page', $where);
  opendir(my $listing, '.') or die "$where: cannot list: $!\n";
  my $names = join ' ', sort grep { !/^\./ } readdir $listing;
  $names eq "page v$version" or die "$where: page is of $version, but there is: $names\n";
  $seen{$where}{$version} = 1;
}

until ($ended) {
  look_into($directory);
  look_into($link);
  version_of("$directory/page", "$directory/page");
  $seen{$file}{version_of($file, $file)} = 1;
  $looks++;
}
my ($fewest) = sort { $a <=> $b } map { scalar keys %$_ } values %seen;
print "$looks $fewest\n";
