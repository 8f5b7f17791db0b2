using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Sigsum.Crypto;

namespace Sigsum.Log.Signing.Pkcs11;

/// <summary>Finds the private key that a URI names, and the public key that goes with it.</summary>
internal static class TokenKeyFinder
{
    // A DER OCTET STRING of 32 bytes, as PKCS#11 3.0 has it; errata 1 and some modules have the 32 bytes alone.
    private static ReadOnlySpan<byte> OctetString32 => [0x04, PublicKey.Size];

    /// <summary>The one key that fits.</summary>
    /// <exception cref="TokenException">None fits, several do, or it is no Ed25519 key with its public key beside it.</exception>
    /// <exception cref="Pkcs11Exception">The token refused.</exception>
    public static (IObjectHandle Key, PublicKey PublicKey) Find(ISession session, Pkcs11Uri uri)
    {
        var key = session.FindAllObjects(Template(CKO.CKO_PRIVATE_KEY, Label(uri), [.. uri.Id])) switch
        {
            [var only] => only,
            [] => throw new TokenException("the token does not have this private key; check object= and id="),
            { Count: var count } => throw new TokenException($"{count} private keys fit; name one with object= and id="),
        };
        var attributes = session.GetAttributeValue(key, [CKA.CKA_KEY_TYPE, CKA.CKA_ID, CKA.CKA_LABEL]);
        if (attributes[0].CannotBeRead || attributes[0].GetValueAsUlong() != TokenConstants.CkkEcEdwards)
            throw new TokenException("this private key is not an Ed25519 key (CKK_EC_EDWARDS)");
        return (key, FindPublic(session, key, Bytes(attributes[1]), Bytes(attributes[2])));
    }

    /// <summary>Reads CKA_EC_POINT; null where it is not a point on the curve of Ed25519.</summary>
    public static PublicKey? ReadPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length == OctetString32.Length + PublicKey.Size && point.StartsWith(OctetString32))
            point = point[OctetString32.Length..];
        return point.Length == PublicKey.Size ? new PublicKey(point) : null;
    }

    /// <summary>
    /// The public key has the private key's identifier, and its label where there is none; some tokens tell the point of
    /// the private key instead. Whether it is the right one shows in the test signature.
    /// </summary>
    private static PublicKey FindPublic(ISession session, IObjectHandle key, byte[] id, byte[] label)
    {
        var holders = id.Length > 0 || label.Length > 0
            ? session.FindAllObjects(Template(CKO.CKO_PUBLIC_KEY, id.Length > 0 ? [] : label, id))
            : [];
        var found = holders.Append(key)
            .Select(holder => session.GetAttributeValue(holder, [CKA.CKA_EC_POINT])[0])
            .Select(attribute => ReadPoint(Bytes(attribute)))
            .OfType<PublicKey>().Distinct().ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new TokenException("the token has no public key beside this private key; import it, with the same id"),
            _ => throw new TokenException("the token has several public keys with the id of this private key"),
        };
    }

    private static byte[] Label(Pkcs11Uri uri) => uri.Object is { } label ? Encoding.UTF8.GetBytes(label) : [];

    private static byte[] Bytes(IObjectAttribute attribute) =>
        attribute.CannotBeRead ? [] : attribute.GetValueAsByteArray() ?? [];

    private static List<IObjectAttribute> Template(CKO kind, byte[] label, byte[] id)
    {
        var factory = TokenModule.Factories.ObjectAttributeFactory;
        List<IObjectAttribute> template = [factory.Create(CKA.CKA_CLASS, kind)];
        if (label.Length > 0)
            template.Add(factory.Create(CKA.CKA_LABEL, label));
        if (id.Length > 0)
            template.Add(factory.Create(CKA.CKA_ID, id));
        return template;
    }
}
