using Sigsum.Log.Cli;

// Asked for the version alone, nothing else is loaded: scripts and units ask often.
return args is ["--version"]
    ? ProgramName.PrintVersion(ProgramName.Called)
    : await Dispatcher.RunAsync(ProgramName.Called, args);
