package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// parentVariable names the process that a program must not outlive. A parent that is killed outright cannot end its
// children, so the kernel does it: tests and interrupted commands leave no API server behind.
const parentVariable = "FLOTILLA_DIE_WITH_PARENT"

func init() {
	text, set := os.LookupEnv(parentVariable)
	if !set {
		return
	}
	parent, err := strconv.Atoi(text)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s is %q, which is no process id\n", parentVariable, text)
		os.Exit(exitUsage)
	}
	// init runs on the main thread, which lives as long as the process: the setting is per thread.
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	if errno != 0 {
		fmt.Fprintf(os.Stderr, "cannot tie the process to its parent: %v\n", errno)
		os.Exit(1)
	}
	// The parent may have gone before the kernel was told.
	if os.Getppid() != parent {
		os.Exit(1)
	}
}
