using Net.Pkcs11Interop.Common;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>Says in words what a module returned.</summary>
internal static class TokenErrors
{
    /// <summary>One line, with the module's own word for it.</summary>
    public static TokenException Explain(Pkcs11Exception error)
    {
        var words = error.RV switch
        {
            CKR.CKR_PIN_LOCKED => "the token has locked its PIN after wrong ones; unlock it with the security officer's",
            CKR.CKR_PIN_EXPIRED => "the PIN has expired; set a new one",
            CKR.CKR_USER_PIN_NOT_INITIALIZED => "the token has no user PIN yet; set one with the vendor's tool",
            CKR.CKR_USER_NOT_LOGGED_IN => "the token has logged this program out",
            CKR.CKR_MECHANISM_INVALID => "the token does not sign with Ed25519",
            CKR.CKR_KEY_FUNCTION_NOT_PERMITTED => "the key may not sign (CKA_SIGN)",
            CKR.CKR_SESSION_COUNT => "the token has no session left",
            CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_DEVICE_REMOVED or CKR.CKR_SLOT_ID_INVALID => "the token is away",
            CKR.CKR_SESSION_CLOSED or CKR.CKR_SESSION_HANDLE_INVALID or CKR.CKR_CRYPTOKI_NOT_INITIALIZED =>
                "the token has closed the session",
            CKR.CKR_KEY_HANDLE_INVALID or CKR.CKR_OBJECT_HANDLE_INVALID => "the key is not in the token any more",
            CKR.CKR_DEVICE_ERROR or CKR.CKR_DEVICE_MEMORY or CKR.CKR_GENERAL_ERROR or CKR.CKR_FUNCTION_FAILED =>
                "the token does not work",
            _ => "the token refuses",
        };
        return new TokenException($"{words} ({error.Method}: {error.RV})", error);
    }
}
