using Sigsum.Log.Bench;
using Sigsum.Log.Bench.Servers;

return args switch
{
    [BareKestrel.Verb, string endpoint] => await BareKestrel.ServeAsync(endpoint),
    _ => await BenchCommand.RunAsync(args),
};
