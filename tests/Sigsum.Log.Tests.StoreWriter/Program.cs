using System.Globalization;
using Sigsum.Log.Tests.Storage;

// append DIR: commits batches of changing size for ever, and prints the size of the tree after each commit.
// measure DIR COUNT: grows a tree and prints what reading, writing and opening it costs.
// read DIR: prints what reading the tree in DIR costs.
// scrub DIR: prints what checking the tree in DIR costs, and what that takes from those who write and read.
switch (args)
{
    case ["append", var directory]:
        AppendForever.Run(directory, Console.Out);
        return 0;
    case ["measure", var directory, var count]:
        Measurement.Run(directory, ulong.Parse(count, CultureInfo.InvariantCulture), Console.Out);
        return 0;
    case ["read", var directory]:
        Measurement.Read(directory, Console.Out);
        return 0;
    case ["scrub", var directory]:
        await ScrubMeasurement.RunAsync(directory, Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("usage: append DIR | measure DIR COUNT | read DIR | scrub DIR");
        return 2;
}
