// A hazard is mostly waiting: for programs to start, for intervals to pass, for promises to be kept. With more at once,
// the programs of one hazard would wait for those of another.
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)]
