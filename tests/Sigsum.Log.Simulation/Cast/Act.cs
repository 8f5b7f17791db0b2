namespace Sigsum.Log.Simulation.Cast;

/// <summary>What the operator, or fate, can do.</summary>
internal enum Deed
{
    /// <summary>kill -9 of a node's program.</summary>
    Kill,

    /// <summary>The power of a host fails.</summary>
    LosePower,

    /// <summary>A node is stopped cleanly, and started after a while.</summary>
    Restart,

    /// <summary>A write to a node's disk, soon, goes wrong.</summary>
    DoomWrite,

    /// <summary>The link between two nodes is cut, in one direction or in both, for a while.</summary>
    CutLink,

    /// <summary>A node is cut off from all others and from the clients, for a while.</summary>
    Isolate,

    /// <summary>The whole network is slow, loses and repeats requests, for a while.</summary>
    Disturb,

    /// <summary>A witness is away for a while.</summary>
    SilenceWitness,

    /// <summary>A copy of a node's disk is taken.</summary>
    TakeCopy,

    /// <summary>A node's disk is replaced by the copy.</summary>
    PutBackCopy,

    /// <summary>A secondary is promoted.</summary>
    Promote,

    /// <summary>Two secondaries are promoted at the same time.</summary>
    PromoteTwo,

    /// <summary>The primary hands over.</summary>
    Switchover,

    /// <summary>A node is made a secondary.</summary>
    Rejoin,

    /// <summary>A node that was primary is started as primary with an old configuration, and some secondaries only.</summary>
    StartAsOldPrimary,

    /// <summary>Something that a node has stored is no longer what was written.</summary>
    Decay,

    /// <summary>A witness says what is not so, for a while.</summary>
    LetWitnessLie,

    /// <summary>As <see cref="PutBackCopy"/>, also while some secondaries have not caught up.</summary>
    PutBackCopyWhileOthersLag,

    /// <summary>As <see cref="Decay"/>, and the operator has the store built again from another node's leaves.</summary>
    DecayAndRebuild,
}

/// <summary>One entry of the plan of a story.</summary>
/// <param name="At">When.</param>
/// <param name="Deed">What.</param>
/// <param name="Node">To whom.</param>
/// <param name="Other">Whom it concerns too, or a choice.</param>
/// <param name="Lasts">For how long.</param>
/// <param name="Number">A choice.</param>
internal sealed record Act(TimeSpan At, Deed Deed, int Node, int Other, TimeSpan Lasts, int Number);
