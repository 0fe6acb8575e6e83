package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

const dialTimeout = 5 * time.Second

// firstInherited is well above the descriptors that Go's own runtime opens, which must not be replaced under it.
const firstInherited = 100

// listenThenEnter opens the listening sockets here and becomes a relay in the named network namespace. A socket stays in
// the namespace where it was opened: programs of the machine reach it, and no interface joins the two networks.
func listenThenEnter(args []string) error {
	if len(args) < 2 {
		usage()
	}
	namespace, pairs := args[0], args[1:]
	targets := make([]string, 0, len(pairs))
	for index, pair := range pairs {
		address, target, found := strings.Cut(pair, "=")
		if !found {
			return fmt.Errorf("%s is not LISTEN=TARGET", pair)
		}
		if err := inherit(address, firstInherited+index); err != nil {
			return err
		}
		targets = append(targets, target)
	}
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	argv := append([]string{"nsenter", "--net=/run/netns/" + namespace, "--", self, "relay"}, targets...)
	return syscall.Exec(nsenter, argv, os.Environ())
}

// inherit listens on a loopback address under a file descriptor that the next program gets too.
func inherit(address string, descriptor int) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	tcp := listener.(*net.TCPListener)
	if !tcp.Addr().(*net.TCPAddr).IP.IsLoopback() {
		return fmt.Errorf("%s is no loopback address: a region is reached from its own machine only", address)
	}
	file, err := tcp.File()
	if err != nil {
		return err
	}
	// Unlike its original, the duplicate is not closed when the next program starts.
	return syscall.Dup3(int(file.Fd()), descriptor, 0)
}

// relay serves the inherited sockets, each to its target, until it is ended.
func relay(targets []string) error {
	failed := make(chan error)
	for index, target := range targets {
		listener, err := net.FileListener(os.NewFile(uintptr(firstInherited+index), target))
		if err != nil {
			return err
		}
		go func() { failed <- serve(listener, target) }()
	}
	return <-failed
}

func serve(listener net.Listener, target string) error {
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go connect(client.(*net.TCPConn), target)
	}
}

func connect(client *net.TCPConn, target string) {
	defer client.Close()
	server, err := net.DialTimeout("tcp", target, dialTimeout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	both.Add(2)
	go pump(&both, server.(*net.TCPConn), client)
	go pump(&both, client, server.(*net.TCPConn))
	both.Wait()
}

// pump passes on what one side says, and that it has said all.
func pump(both *sync.WaitGroup, to, from *net.TCPConn) {
	defer both.Done()
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
	_ = from.CloseRead()
}
