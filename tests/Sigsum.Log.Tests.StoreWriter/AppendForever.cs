using System.Globalization;
using Sigsum.Log.Storage;

namespace Sigsum.Log.Tests.Storage;

/// <summary>The process that a test kills: it commits without end and acknowledges on its output.</summary>
internal static class AppendForever
{
    public static void Run(string directory, TextWriter output)
    {
        using var store = RocksDbLogStore.Open(directory);
        var appender = TreeAppender.Restore(store);
        for (int round = 0; ; round++)
        {
            int count = 1 + (int)((appender.TreeHead.Size + (ulong)round) * 7919 % 97);
            byte[] size = BitConverter.GetBytes(appender.TreeHead.Size + (ulong)count);
            appender.Append(store, count, new StoreRecord("test/size", size));
            output.WriteLine(store.TreeHead.Size.ToString(CultureInfo.InvariantCulture));
            output.Flush();
        }
    }
}
