using Sigsum.Log.Bench;
using Sigsum.Log.Bench.Micro;
using Sigsum.Log.Bench.Servers;

return args switch
{
    [BareKestrel.Verb, string endpoint] => await BareKestrel.ServeAsync(endpoint),
    [MicroCommand.Verb, .. string[] filter] => MicroCommand.Run(filter),
    _ => await BenchCommand.RunAsync(args),
};
