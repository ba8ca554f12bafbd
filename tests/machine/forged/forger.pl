#!/usr/bin/perl
# In the place of overlayd-git: passes everything on to the real one, and does what /etc/forgery says to a tree that was
# just written, or to the answer that says so.
use strict;
use warnings;
use POSIX;
use Socket;

my $way = do { open(my $file, '<', '/etc/forgery') or die; my $line = <$file>; chomp $line; $line };
my $written = 5; # the place of Written among the answers
my $write_tree = 4; # and of WriteTree among the requests
my $staging = '';
my @names; # of the trees that are asked for, and answered in order

# Called with the path of the tree; returns the answer to give.
my %forgeries = (
  hard_link => sub { link "$_[0]/page", "$_[0]/second" or die; $_[1] },
  fifo => sub { mkfifo("$_[0]/pipe", 0644) or die; $_[1] },
  socket => sub { socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un("$_[0]/socket")) or die; $_[1] },
  link_up => sub { symlink '../../../../etc/shadow', "$_[0]/out" or die; $_[1] },
  link_through => sub { mkdir "$_[0]/a"; symlink 'a/../../../x', "$_[0]/out" or die; $_[1] },
  link_absolute => sub { symlink '/etc/shadow', "$_[0]/out" or die; $_[1] },
  tree_is_link => sub { rename $_[0], "$_[0].away" or die; symlink '/etc', $_[0] or die; $_[1] },
  nothing => sub { rename $_[0], "$_[0].away" or die; $_[1] },
  other_message => sub { pack('Q Q', 0, 0) },
  garbage => sub { "\xff" x 100 },
  endless => sub { pack('Q Q', $written, 1 << 62) },
  crash => sub { POSIX::_exit(3) },
  special_modes => sub { chmod 06777, "$_[0]/page" or die; $_[1] },
  stays => sub { linger($_[0]) unless fork; $_[1] },
  tries => sub { try($_[0]); $_[1] },
);

# Does not end with its parent, and would write when everything is checked.
sub linger {
  setsid();
  POSIX::close($_) for 3 .. 20;
  my $late;
  while (1) {
    print {$late} 'late' if open($late, '>', "$_[0]/late");
    select(undef, undef, undef, 0.001);
  }
}

# Attempts to do what it must not; says in the tree what was possible.
sub try {
  my @done;
  for my $place ('/etc', '/tmp', '/run', '/var/lib/overlayd', '/var/lib/overlayd/mirrors', '/dev/shm') {
    push @done, $place if open(my $new, '>', "$place/forged");
  }
  push @done, 'shadow' if open(my $shadow, '<', '/etc/shadow');
  push @done, 'device' if system("mknod $_[0]/null c 1 3 2>/dev/null") == 0;
  push @done, 'mount' if system("mount -t tmpfs none $_[0] 2>/dev/null") == 0;
  $> = 0;
  push @done, 'root' if $> == 0;
  socket(my $tcp, AF_INET, SOCK_STREAM, 0);
  push @done, 'network' if connect($tcp, pack_sockaddr_in(22, inet_aton('127.0.0.1')));
  open(my $report, '>', "$_[0]/report") or die;
  print $report "possible: @done\n";
}

open(my $daemon, '+<&=', 3) or die;
socketpair(my $mine, my $theirs, AF_UNIX, SOCK_SEQPACKET, 0) or die;
my $real = fork;
if ($real == 0) {
  dup2(fileno $theirs, 3);
  exec '/usr/libexec/overlayd/overlayd-git.real';
}
close $theirs;
my $both = '';
vec($both, 3, 1) = vec($both, fileno $mine, 1) = 1;
while (1) {
  select(my $ready = $both, undef, undef, undef);
  if (vec($ready, 3, 1)) {
    recv($daemon, my $message, 200000, 0);
    last if $message eq '';
    (undef, $staging) = unpack('x8 Q/a Q/a', $message) if unpack('Q', $message) == 0;
    push @names, (unpack('x8 Q/a Q Q/a', $message))[2] if unpack('Q', $message) == $write_tree;
    send($mine, $message, 0);
  } else {
    recv($mine, my $message, 200000, 0);
    last if $message eq '';
    $message = $forgeries{$way}->("$staging/" . shift @names, $message) if unpack('Q', $message) == $written;
    send($daemon, $message, 0);
  }
}
close $mine;
waitpid $real, 0;
