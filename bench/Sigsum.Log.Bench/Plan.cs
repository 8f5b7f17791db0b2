namespace Sigsum.Log.Bench;

/// <summary>How much is measured, and for how long.</summary>
internal sealed record Plan
{
    /// <summary>How often ours and log-go take turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>Leaves that a log gets before anything is counted: the runtime compiles what runs often.</summary>
    public required int WarmUpLeaves { get; init; }

    /// <summary>Time at the begin of each case that is not counted; for log-go its interval, and what follows from it.</summary>
    public required TimeSpan Settle { get; init; }

    /// <summary>Time that is counted, for each case.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Connections of the write part.</summary>
    public required int[] Connections { get; init; }

    /// <summary>The most leaves a second for which leaves are signed in advance.</summary>
    public int MaxRate { get; init; } = 30_000;

    /// <summary>Trees that both servers are read at; log-go's is filled over HTTP.</summary>
    public required ulong[] SharedTrees { get; init; }

    /// <summary>Trees that only ours is read at.</summary>
    public required ulong[] LargeTrees { get; init; }

    /// <summary>The tree that growth is compared with.</summary>
    public ulong SmallTree { get; init; } = 10_000;

    /// <summary>Leaves of the log that an empty secondary joins.</summary>
    public required ulong CatchUp { get; init; }

    /// <summary>Trees at which failover is tried.</summary>
    public required ulong[] FailoverTrees { get; init; }

    /// <summary>Leaves submitted one by one to an idle log: to ours, and to log-go, where each takes as long as its interval.</summary>
    public required (int Ours, int LogGo) Submissions { get; init; }

    /// <summary>About three minutes.</summary>
    public static Plan Quick { get; } = new()
    {
        Rounds = 2,
        WarmUpLeaves = 30_000,
        Settle = TimeSpan.FromSeconds(2),
        Duration = TimeSpan.FromSeconds(3),
        Connections = [1, 64],
        SharedTrees = [1_000],
        LargeTrees = [1_000_000],
        CatchUp = 300_000,
        FailoverTrees = [1_000],
        Submissions = (20, 1),
    };

    /// <summary>As long as it needs: about half an hour.</summary>
    public static Plan Full { get; } = new()
    {
        Rounds = 3,
        WarmUpLeaves = 60_000,
        Settle = TimeSpan.FromSeconds(3),
        Duration = TimeSpan.FromSeconds(8),
        Connections = [1, 4, 16, 64, 256],
        SharedTrees = [1_000, 100_000],
        LargeTrees = [1_000_000, 10_000_000],
        CatchUp = 1_000_000,
        FailoverTrees = [1_000, 1_000_000],
        Submissions = (100, 4),
    };

    /// <summary>Shows that the harness works, and measures nothing.</summary>
    public static Plan Tiny { get; } = new()
    {
        Rounds = 1,
        WarmUpLeaves = 100,
        Settle = TimeSpan.Zero,
        Duration = TimeSpan.FromSeconds(2),
        Connections = [4],
        SharedTrees = [100],
        SmallTree = 100,
        LargeTrees = [],
        CatchUp = 1_000,
        FailoverTrees = [],
        Submissions = (1, 0),
    };
}
