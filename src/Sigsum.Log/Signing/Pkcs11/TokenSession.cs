using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>A session with a token, logged in, with the key found and proved to sign. For one thread at a time.</summary>
internal sealed class TokenSession : IDisposable
{
    private readonly TokenModule _module;
    private readonly ISession _session;
    private readonly IObjectHandle _key;

    private TokenSession(TokenModule module, ISession session, IObjectHandle key, PublicKey publicKey)
    {
        _module = module;
        _session = session;
        _key = key;
        PublicKey = publicKey;
    }

    /// <summary>The key that verifies what is signed here.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Finds token and key, and has the key sign a test message.</summary>
    /// <exception cref="TokenException">There is no such token or key, the PIN is wrong, or the key does not sign.</exception>
    public static TokenSession Open(Pkcs11Uri uri, TokenPin pin)
    {
        var module = TokenModule.Acquire(ModuleFile.Find(uri));
        ISession? session = null;
        try
        {
            var slot = TokenFinder.Find(module.Library, uri);
            session = slot.OpenSession(SessionType.ReadOnly);
            LogIn(session, slot.GetTokenInfo().TokenFlags, pin);
            var (key, publicKey) = TokenKeyFinder.Find(session, uri);
            var opened = new TokenSession(module, session, key, publicKey);
            opened.Sign(TestSignature.NewMessage());
            return opened;
        }
        catch (Exception e)
        {
            Close(session, module);
            if (e is Pkcs11Exception refused)
                throw TokenErrors.Explain(refused);
            throw;
        }
    }

    /// <summary>Signs, and verifies what the token returns.</summary>
    /// <exception cref="TokenException">The token is away, refuses, or returned a bad signature.</exception>
    public Signature Sign(byte[] message)
    {
        byte[] bytes;
        try
        {
            using var mechanism = TokenModule.Factories.MechanismFactory.Create(TokenConstants.CkmEddsa);
            bytes = _session.Sign(mechanism, _key, message);
        }
        catch (Pkcs11Exception e)
        {
            throw TokenErrors.Explain(e);
        }

        if (bytes.Length != Signature.Size)
            throw new TokenException($"the token returned a signature of {bytes.Length} bytes instead of {Signature.Size}");
        var signature = new Signature(bytes);
        return Ed25519.Verify(PublicKey, message, signature)
            ? signature
            : throw new TokenException("the token returned a signature that does not verify with its public key");
    }

    /// <summary>Closes the session. Not logged out: other sessions of this process would be, too.</summary>
    public void Dispose() => Close(_session, _module);

    private static void LogIn(ISession session, ITokenFlags flags, TokenPin pin)
    {
        if (!flags.LoginRequired)
            return;
        if (flags.UserPinLocked)
            throw new TokenException("the token has locked its PIN after wrong ones; unlock it with the security officer's");
        var bytes = pin.Read() ?? throw new TokenException($"the token wants a PIN; {TokenPin.Advice}");
        try
        {
            // The last try is left to a person.
            if (flags.UserPinFinalTry)
                throw new TokenException("one more wrong PIN would lock the token; log in once with the vendor's tool first");
            session.Login(CKU.CKU_USER, bytes);
        }
        catch (Pkcs11Exception e) when (e.RV is CKR.CKR_USER_ALREADY_LOGGED_IN)
        {
            // Another session of this process has; the login is the process's.
        }
        catch (Pkcs11Exception e) when (e.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_LEN_RANGE or CKR.CKR_PIN_INVALID)
        {
            throw new TokenException(pin.Refuse(bytes), e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static void Close(ISession? session, TokenModule module)
    {
        try
        {
            session?.Dispose();
        }
        catch (Pkcs11Exception)
        {
            // The token is gone, and the session with it.
        }

        module.Dispose();
    }
}
