namespace Sigsum.Proofs;

/// <summary>
/// A well-formed tree head or proof that does not hold: a signature, a quorum or a hash is not as it must be.
/// </summary>
public sealed class ProofVerificationException : Exception
{
    /// <summary>Creates the exception with a general message.</summary>
    public ProofVerificationException()
        : this("the proof is not valid")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that says what does not hold.</param>
    public ProofVerificationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that says what does not hold.</param>
    /// <param name="innerException">Why.</param>
    public ProofVerificationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
