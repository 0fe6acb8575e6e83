module flotilla.dev/local/helper

go 1.24
