namespace Sigsum.Log.Simulation.Cast;

/// <summary>
/// Short stories that are written and not drawn: each one leads up to a moment at which one guard of the design is all that
/// stands between the log and a broken promise, and a seed draws only when exactly things happen. What a free plan meets once in
/// thousands of hours, a scene meets in some minutes.
/// </summary>
internal static class Scenes
{
    private const int Primary = 0;
    private const int BothWays = 0;
    private const int WithoutPrimary = 1;

    /// <summary>Latency of about a second, and nothing is lost or doubled (see <see cref="Weather"/>).</summary>
    private const int OnlySlow = 945;

    private static readonly Action<Stage>[] All =
    [
        PutBackAndHeardByTheOneThatLags, PutBackAndOneOfTwoLags, PutBackWhileCutOff,
        PromotedWhileOneLags, TheOneThatLagsIsPromoted, ToldTooLate, PlainPrimaryToldTooLate, ReachedByOneOnly,
        StartedWithHalf, StartedWithOneWhilePromoted,
        ShownAndNotPassedOn, ShownAndNotPassedOnWithoutWitnesses, PowerFails, RejoinedToAnOlderCopy,
    ];

    /// <summary>Draws a scene, and its moments, from a seed.</summary>
    public static Plan Draw(int seed)
    {
        var stage = new Stage(seed);
        var scene = All[seed % All.Length];
        scene(stage);
        return stage.Plan(scene.Method.Name);
    }

    /// <summary>
    /// A leaf is on one secondary only, as K = 1 allows; the primary is put back to a time before it, and the first whom it hears
    /// is the other secondary.
    /// </summary>
    private static void PutBackAndHeardByTheOneThatLags(Stage stage)
    {
        stage.Set(nodes: 3, quorum: 1);
        stage.At(35, Deed.CutLink, 2, Primary, lasts: 90, BothWays);
        stage.At(45, Deed.TakeCopy, Primary);
        stage.At(90, Deed.CutLink, 1, Primary, lasts: 180, BothWays);
        stage.At(100, Deed.PutBackCopyWhileOthersLag, Primary, lasts: 5);
    }

    /// <summary>
    /// Two secondaries must hold a leaf; the primary is put back, fetches back what one of them holds, and the other whom it hears
    /// has not caught up yet.
    /// </summary>
    private static void PutBackAndOneOfTwoLags(Stage stage)
    {
        stage.Set(nodes: 4, quorum: 2);
        stage.At(35, Deed.TakeCopy, Primary);
        stage.At(55, Deed.CutLink, 3, Primary, lasts: 70, BothWays);
        stage.At(90, Deed.CutLink, 2, Primary, lasts: 180, BothWays);
        stage.At(100, Deed.PutBackCopyWhileOthersLag, Primary, lasts: 5);
    }

    /// <summary>A primary is put back to an older copy, and nobody can tell it so, for a while; clients can ask it.</summary>
    private static void PutBackWhileCutOff(Stage stage)
    {
        stage.Set(nodes: stage.OneOf(2, 3), quorum: 1);
        stage.At(35, Deed.TakeCopy, Primary);
        stage.At(75, Deed.CutLink, 1, Primary, lasts: 90, BothWays);
        stage.At(75, Deed.CutLink, stage.Nodes - 1, Primary, lasts: 90, BothWays);
        stage.At(85, Deed.PutBackCopyWhileOthersLag, Primary, lasts: 5);
    }

    /// <summary>The primary is lost, and one of its secondaries promoted while the other has not caught up.</summary>
    private static void PromotedWhileOneLags(Stage stage) => PromotedWhileNumberTwoLags(stage, promoted: 1);

    /// <summary>The primary is lost, and the secondary that has not caught up is promoted.</summary>
    private static void TheOneThatLagsIsPromoted(Stage stage) => PromotedWhileNumberTwoLags(stage, promoted: 2);

    private static void PromotedWhileNumberTwoLags(Stage stage, int promoted)
    {
        stage.Set(nodes: 3, quorum: 1);
        stage.At(35, Deed.CutLink, 2, Primary, lasts: 240, BothWays);
        stage.At(80, Deed.Isolate, Primary, lasts: 120);
        stage.At(90, Deed.Promote, promoted, number: WithoutPrimary);
    }

    /// <summary>Another node is promoted while the primary is cut off; then it is reached again.</summary>
    private static void ToldTooLate(Stage stage)
    {
        stage.Set(nodes: stage.OneOf(2, 3), quorum: 1);
        stage.At(40, Deed.Isolate, Primary, lasts: 60);
        stage.At(50, Deed.Promote, 1, number: WithoutPrimary);
    }

    /// <summary>The same to a primary that does not change roles by itself: it must stop all the same.</summary>
    private static void PlainPrimaryToldTooLate(Stage stage)
    {
        stage.At(20, Deed.StartAsOldPrimary, Primary);
        ToldTooLate(stage);
    }

    /// <summary>The node that is promoted cannot reach the primary before, and the other secondary can.</summary>
    private static void ReachedByOneOnly(Stage stage)
    {
        stage.Set(nodes: 3, quorum: 1);
        stage.At(30, Deed.Disturb, Primary, lasts: 90, number: OnlySlow);
        stage.At(40, Deed.CutLink, 1, Primary, lasts: 180, BothWays);
        stage.At(50, Deed.Promote, 1, number: WithoutPrimary);
    }

    /// <summary>
    /// A primary is started with one of its secondaries only, which the others do not hear; and these, who are more than half,
    /// promote one of themselves.
    /// </summary>
    private static void StartedWithHalf(Stage stage)
    {
        stage.Set(nodes: 4, quorum: 2, witnesses: 0);
        foreach (var other in new[] { 2, 3 })
        {
            stage.At(40, Deed.CutLink, other, Primary, lasts: 240, BothWays);
            stage.At(40, Deed.CutLink, other, 1, lasts: 240, BothWays);
        }

        stage.At(50, Deed.StartAsOldPrimary, Primary, number: 0b1100);
        stage.At(90, Deed.Promote, 2, number: WithoutPrimary);
    }

    /// <summary>A primary that was started with other secondaries hears of a promotion when it is about to say so.</summary>
    private static void StartedWithOneWhilePromoted(Stage stage)
    {
        stage.Set(nodes: stage.OneOf(3, 4), quorum: 1);
        stage.At(40, Deed.Isolate, Primary, lasts: 60);
        stage.At(50, Deed.Promote, 1, number: WithoutPrimary);
        stage.At(90, Deed.StartAsOldPrimary, Primary, number: stage.OneOf(0b0010, 0b0100, 0b1100));
    }

    /// <summary>
    /// On a slow network a head is signed, and shown with its cosignatures, when the only secondary can no longer hear of it.
    /// </summary>
    private static void ShownAndNotPassedOn(Stage stage)
    {
        stage.Set(nodes: 2, quorum: 1, witnesses: stage.OneOf(1, 3));
        NotPassedOn(stage);
    }

    /// <summary>The same, where there are no witnesses to ask.</summary>
    private static void ShownAndNotPassedOnWithoutWitnesses(Stage stage)
    {
        stage.Set(nodes: 2, quorum: 1, witnesses: 0);
        NotPassedOn(stage);
    }

    private static void NotPassedOn(Stage stage)
    {
        stage.At(30, Deed.Disturb, Primary, lasts: 60, number: OnlySlow);
        stage.At(60, Deed.CutLink, 1, Primary, lasts: 240, BothWays);
        stage.At(100, Deed.Promote, 1, number: WithoutPrimary);
    }

    /// <summary>
    /// A secondary has leaves that are committed, and knows of no head that covers them; it is made to rejoin a primary that was put
    /// back to before them.
    /// </summary>
    private static void RejoinedToAnOlderCopy(Stage stage)
    {
        stage.Set(nodes: 2, quorum: 1, witnesses: 0);
        stage.At(20, Deed.Promote, 1);
        stage.At(40, Deed.Rejoin, Primary, other: 1);
        stage.At(80, Deed.Disturb, 1, lasts: 33, number: OnlySlow);
        stage.At(103, Deed.TakeCopy, 1);
        stage.At(105, Deed.PutBackCopy, 1, lasts: 5);
        stage.At(107, Deed.Kill, Primary);
        foreach (var at in new[] { 111, 113, 115, 117 })
            stage.At(at, Deed.Rejoin, Primary, other: 1);
    }

    /// <summary>The power of the primary fails under load, again and again.</summary>
    private static void PowerFails(Stage stage)
    {
        stage.Set(nodes: 2, quorum: 1);
        for (var at = 40; at < 140; at += 20)
            stage.At(at, Deed.LosePower, Primary);
    }
}

/// <summary>Where a scene is set, and what happens there.</summary>
internal sealed class Stage(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<Act> _acts = [];
    private int _quorum;
    private int _witnesses;

    /// <summary>How many nodes there are.</summary>
    public int Nodes { get; private set; }

    /// <summary>Says who is there; witnesses are any number if it does not matter.</summary>
    public void Set(int nodes, int quorum, int? witnesses = null) =>
        (Nodes, _quorum, _witnesses) = (nodes, quorum, witnesses ?? _random.Next(3));

    /// <summary>One of some.</summary>
    public T OneOf<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    /// <summary>Lets something happen at about that second.</summary>
    public void At(int second, Deed deed, int node, int other = 0, int lasts = 1, int number = 0) => _acts.Add(new Act(
        TimeSpan.FromSeconds(second + (5 * _random.NextDouble())), deed, node, other, TimeSpan.FromSeconds(lasts), number));

    /// <summary>The whole of it.</summary>
    public Plan Plan(string name) => new(
        seed, Nodes, _quorum, _witnesses, TimeSpan.FromSeconds(_random.Next(5, 30)), TimeSpan.FromSeconds(0.2 + (2 * _random.NextDouble())),
        _acts.Max(act => act.At + act.Lasts) + TimeSpan.FromSeconds(30), [.. _acts.OrderBy(act => act.At)], name);
}
