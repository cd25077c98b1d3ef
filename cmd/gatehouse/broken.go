package main

import (
	"context"
	"errors"
)

var errDiskFailed = errors.New("the disk failed to keep what it was given; start again to continue from what is stored")

// untilBroken returns a context that also ends when the database cannot be written
// any more. why, called at the end, returns that error, or nil if ctx ended.
func (g *gateway) untilBroken(ctx context.Context) (_ context.Context, why func() error) {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-g.db.Broken():
			end(errDiskFailed)
		case <-ctx.Done():
		}
	}()
	return ctx, func() error {
		end(nil)
		if cause := context.Cause(ctx); errors.Is(cause, errDiskFailed) {
			return cause
		}
		return nil
	}
}
