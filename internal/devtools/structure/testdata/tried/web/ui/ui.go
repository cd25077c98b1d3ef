package ui

func Render() {}

func Unused() {}
