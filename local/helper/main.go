// Command helper does what a local region needs of the machine and Node cannot do: hold a pod's namespaces, and stand
// with one foot in the machine's network and with the other in a namespace of the region.
package main

import (
	"fmt"
	"os"
)

const exitUsage = 2

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	var err error
	switch os.Args[1] {
	case "pause":
		pause()
	case "forward":
		err = listenThenEnter(os.Args[2:])
	case "relay":
		err = relay(os.Args[2:])
	default:
		usage()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: helper pause | forward NAMESPACE LISTEN=TARGET... | relay TARGET...")
	os.Exit(exitUsage)
}
