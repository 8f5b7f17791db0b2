namespace Sigsum.Checkpoints;

/// <summary>The signature type byte that goes into a key id (C2SP signed-note).</summary>
public enum NoteSignatureType : byte
{
    /// <summary>No type; not assigned.</summary>
    None = 0,

    /// <summary>Ed25519 over the text of the note: what a log makes.</summary>
    Ed25519 = 1,

    /// <summary>Timestamped Ed25519 cosignature, version 1: what a witness makes (C2SP tlog-cosignature).</summary>
    Cosignature = 4,
}
