using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>Finds the slot with the token that a URI names.</summary>
internal static class TokenFinder
{
    /// <summary>The one slot that fits.</summary>
    /// <exception cref="TokenException">None fits, or several do; the message lists the tokens that are there.</exception>
    public static ISlot Find(IPkcs11Library library, Pkcs11Uri uri)
    {
        var present = new List<(ISlot Slot, ITokenInfo Token)>();
        foreach (var slot in library.GetSlotList(SlotsType.WithTokenPresent))
        {
            try
            {
                if (slot.GetTokenInfo() is { TokenFlags.TokenInitialized: true } token)
                    present.Add((slot, token));
            }
            catch (Pkcs11Exception e) when (e.RV is CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_TOKEN_NOT_RECOGNIZED
                or CKR.CKR_DEVICE_REMOVED or CKR.CKR_SLOT_ID_INVALID)
            {
                // Taken out in between, or not a token that this module knows.
            }
        }

        var fitting = present.FindAll(found => Fits(found.Slot, found.Token, uri));
        return fitting switch
        {
            [var only] => only.Slot,
            [] => throw new TokenException($"there is no such token; {Listed(present)}"),
            _ => throw new TokenException($"several tokens fit; name one with serial= or token=: {Listed(fitting)}"),
        };
    }

    private static bool Fits(ISlot slot, ITokenInfo token, Pkcs11Uri uri) =>
        (uri.SlotId is null || uri.SlotId == slot.SlotId)
        && uri.Token.All(wanted => Text(token, wanted.Key) == wanted.Value);

    private static string Text(ITokenInfo token, string attribute) => (attribute switch
    {
        "token" => token.Label,
        "manufacturer" => token.ManufacturerId,
        "model" => token.Model,
        _ => token.SerialNumber,
    }).TrimEnd(' ', '\0');

    private static string Listed(List<(ISlot Slot, ITokenInfo Token)> tokens) => tokens.Count == 0
        ? "the module shows no token at all"
        : "there is " + string.Join(", ", tokens.Select(found =>
            $"token '{Text(found.Token, "token")}' with serial '{Text(found.Token, "serial")}'").Order());
}
