namespace Sigsum.Log.Storage;

/// <summary>Changes of a store that are made in more than one place.</summary>
internal static class LogStoreChanges
{
    /// <summary>Freezes the tree, or lets it grow again; nothing is written where it is so already.</summary>
    public static void SetTreeState(this ILogStore store, TreeState state)
    {
        if (store.Identity.TreeState != state)
            store.UpdateIdentity(store.Identity with { TreeState = state }, []);
    }
}
