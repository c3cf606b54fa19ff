// Package check ends a program that saw something it should not have: a client's program is judged by its exit code.
package check

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// None ends the program when err is one; what says what was being done.
func None(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

// That ends the program unless a condition holds.
func That(holds bool, format string, values ...any) {
	if !holds {
		fail(format, values...)
	}
}

// Some gives a value that came without an error.
func Some[T any](value T, err error) T {
	if err != nil {
		fail("%T: %v", value, err)
	}
	return value
}

// Soon ends the program unless a condition comes to hold: what one request changed, a cluster may tell a little later.
func Soon(holds func() bool, what string) {
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(100 * time.Millisecond) {
		That(time.Now().Before(deadline), "never seen: %s", what)
	}
}

func fail(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

// Counts says how often each of the records 0 to total-1 has come, to several goroutines at once.
type Counts struct {
	mutex   sync.Mutex
	times   []int
	missing int
	// Done is closed when each has come at least once.
	Done chan struct{}
}

// NewCounts of which none has come yet.
func NewCounts(total int) *Counts {
	return &Counts{times: make([]int, total), missing: total, Done: make(chan struct{})}
}

// Add counts one more of a record.
func (c *Counts) Add(record int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.times[record]++
	if c.times[record] > 1 {
		return
	}
	c.missing--
	if c.missing == 0 {
		close(c.Done)
	}
}

// Most is how often the record came that came most often.
func (c *Counts) Most() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return slices.Max(c.times)
}
