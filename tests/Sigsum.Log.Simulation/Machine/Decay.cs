namespace Sigsum.Log.Simulation.Machine;

/// <summary>How a disk, or what is between it and the program, spoils what was written.</summary>
internal enum Decay
{
    /// <summary>Reading a leaf is an error: the store has a checksum over each block.</summary>
    LeafUnreadable,

    /// <summary>A leaf reads as another one: it was spoilt before the checksum was made.</summary>
    LeafChanged,

    /// <summary>A hash of the tree reads as another one.</summary>
    NodeChanged,

    /// <summary>Reading a record is an error: each is stored with a checksum of its own.</summary>
    RecordUnreadable,

    /// <summary>One bit of a small file has changed.</summary>
    FileChanged,
}
