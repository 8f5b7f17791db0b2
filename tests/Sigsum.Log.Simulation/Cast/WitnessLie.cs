namespace Sigsum.Log.Simulation.Cast;

/// <summary>What a witness says that is not so.</summary>
internal enum WitnessLie
{
    /// <summary>It is honest.</summary>
    None,

    /// <summary>It claims to have cosigned more leaves than there are.</summary>
    ClaimsMore,

    /// <summary>It has forgotten what it has cosigned, and begins again.</summary>
    Forgets,

    /// <summary>Its cosignature is by another key.</summary>
    WrongKey,

    /// <summary>Its cosignature is for another head.</summary>
    OtherHead,

    /// <summary>Its answer is nothing that anybody can read.</summary>
    Nonsense,
}
